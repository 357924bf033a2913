//! The clinic's audit trail: it reaches those who may read it and nobody else, and names what is missing or changed.

use super::*;
use wardkeep_roster::Compartment as Part;

fn trail(clinic: &Clinic, mut narrowed: Value) -> Result<Value, CommandError> {
    let all = json!({
        "user": null, "patient": null, "device": null, "actions": [], "from_ms": null, "until_ms": null, "before": null,
        "limit": 1000,
    });
    for (name, value) in all.as_object().unwrap() {
        narrowed
            .as_object_mut()
            .unwrap()
            .entry(name)
            .or_insert_with(|| value.clone());
    }
    json(clinic, "audit_trail", narrowed)
}

#[test]
fn a_front_desks_entries_reach_the_admin_and_the_front_desk_reads_nobodys() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    in_step(&ada);
    let (dee_laptop, dee, dee_user) = joined(&cloud, &ada, 2, "Dee Frontdesk", &["front_desk"]);
    let patient = register(&dee, "Okafor", "Ada", "1980-02-03");
    in_step(&dee);
    in_step(&ada);
    let rows = trail(&ada, json!({ "user": dee_user, "actions": ["register"] })).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");
    assert_eq!(rows[0]["patient"], patient["row"]["id"]);
    assert_eq!(rows[0]["user"], "Dee Frontdesk");
    assert_eq!(rows[0]["device_name"], "Laptop 2");
    // The admin's own entries are in the trail as well.
    assert!(trail(&ada, json!({})).unwrap().as_array().unwrap().len() > 3);
    for verdict in ask(&ada, "audit_trail_verify").as_array().unwrap() {
        assert_eq!(verdict["ok"], true, "{verdict}");
        assert!(verdict["entries"].as_u64().unwrap() > 0, "{verdict}");
    }
    // The front desk may not ask, has no file, holds no chain but its own, and cannot open that one.
    assert_eq!(trail(&dee, json!({})).unwrap_err().code, ErrorCode::Forbidden);
    let files = std::fs::read_dir(dee_laptop.home.path().join("vault")).unwrap();
    for file in files {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(!name.starts_with("audit"), "{name}");
    }
    dee.with_both(|session, desk| {
        let me = desk.device()?;
        let trails = desk.spool.frontier()?.within(&[Part::Audit]);
        assert!(!trails.is_empty());
        for (chain, tip) in trails.iter() {
            assert_eq!(chain.device, me);
            for seq in 1..=tip.seq {
                let read = crate::sync::trail::read(session, desk, *chain, seq)?;
                assert!(matches!(read, crate::sync::trail::Read::ForOthers));
            }
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn entries_that_come_twice_after_a_kill_are_no_fault() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    in_step(&ada);
    // As if the program was killed after the segment was kept and before it was noted.
    ada.with_both(|_, desk| Ok(desk.spool.set_cursor(wardkeep_vault::spool::Cursor::OfficeAudit, 0)?))
        .unwrap();
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    assert_eq!(
        trail(&ada, json!({ "actions": ["register"] }))
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let verdicts = ask(&ada, "audit_trail_verify");
    assert_eq!(verdicts[0]["ok"], true, "{verdicts}");
}
