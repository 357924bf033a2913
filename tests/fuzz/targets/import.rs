//! Files that a person imports: whatever is inside, each resource is taken or refused, and what is taken comes out again as it went in.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkeep_interop::export::{Exported, export_bundle};
use wardkeep_interop::parse::{Imported, Importer};
use wardkeep_interop::preview::preview;
use wardkeep_interop::read::{Raw, Resources};

fuzz_target!(|bytes: &[u8]| {
    preview(bytes, "fuzz.json", 4096);
    let mut importer = Importer::new("fuzz", "fuzz.json");
    let taken: Vec<(Raw, Imported)> = Resources::new(bytes, "fuzz.json")
        .filter_map(Result::ok)
        .filter_map(|raw| importer.take(&raw).ok().map(|imported| (raw, imported)))
        .collect();
    for (raw, imported) in &taken {
        assert!(
            wardkeep_record::json::is_minified(&raw.json),
            "a resource is handed over without white space"
        );
        let exported = Exported {
            kind: imported.kind,
            record: imported.record,
            patient: imported.patient,
            fields: &imported.fields,
        };
        let mut bundle = Vec::new();
        let entries = export_bundle([exported], &mut bundle);
        assert_eq!(entries.ok(), Some(1));
        again(imported, &bundle);
    }
});

/// What comes out of Wardkeep goes into Wardkeep.
fn again(imported: &Imported, bundle: &[u8]) {
    let mut resources = Resources::new(bundle, "again.json");
    let raw = resources
        .next()
        .and_then(Result::ok)
        .expect("a bundle of one entry has one entry");
    let again = Importer::new("fuzz", "again.json")
        .take(&raw)
        .expect("what was exported can be imported");
    assert_eq!(again.kind, imported.kind);
}
