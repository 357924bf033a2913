//! `import_preview`: what is in the files, before anything is imported. Counts the first part, quickly, without checking.

use super::files::{File, expand};
use super::wire::{FileForm, ImportPreview, PreviewCount, PreviewFile};
use crate::clinic::Clinic;
use crate::command::{Command, Need};
use crate::error::CommandError;
use serde::Deserialize;
use std::collections::BTreeMap;
use ts_rs::TS;
use wardkeep_interop::preview::{Preview, preview};
use wardkeep_interop::read::Form;
use wardkeep_record::field::Kind;
use wardkeep_record::role::Permission;

/// Which files.
#[derive(Debug, Deserialize, TS)]
pub struct Input {
    /// Files and folders.
    pub paths: Vec<String>,
}

/// Bytes that are looked at in all.
const SAMPLE: u64 = 64 << 20;

/// Files beyond the sample that are opened at all, to see their form.
const OPENED: usize = 2_000;

impl Command for Input {
    type Output = ImportPreview;
    type Place = Clinic;
    const NEED: Need = Need::May(Permission::Import);

    fn run(self, _clinic: &Clinic) -> Result<ImportPreview, CommandError> {
        let mut left = SAMPLE;
        let mut counts: BTreeMap<Kind, u64> = BTreeMap::new();
        let mut answer = ImportPreview {
            files: Vec::new(),
            counts: Vec::new(),
            patients: 0,
            sampled: false,
            needs_source: false,
        };
        for (at, file) in expand(&self.paths)?.into_iter().enumerate() {
            if left == 0 && at >= OPENED {
                answer.sampled = true;
                break;
            }
            // Beyond the sample one byte is asked for, which reads one resource: enough to see what the file is.
            let found = look(&file, left.max(1));
            if left > 0 {
                left = left.saturating_sub(file.bytes);
                found
                    .counts
                    .iter()
                    .for_each(|(kind, count)| *counts.entry(*kind).or_default() += count);
            }
            answer.sampled |= found.sampled;
            answer.needs_source |= found.needs_source;
            answer.files.push(line(file, found));
        }
        answer.patients = counts.get(&Kind::PATIENT).copied().unwrap_or(0);
        answer.counts = counts
            .into_iter()
            .map(|(kind, count)| PreviewCount {
                resource_type: kind.resource_type().to_owned(),
                count,
                typed: kind.is_typed(),
            })
            .collect();
        answer.counts.sort_by(|a, b| {
            b.count
                .cmp(&a.count)
                .then_with(|| a.resource_type.cmp(&b.resource_type))
        });
        Ok(answer)
    }
}

fn look(file: &File, most_bytes: u64) -> Preview {
    match std::fs::File::open(&file.path) {
        Ok(opened) => preview(opened, &file.name, most_bytes),
        Err(_) => Preview::default(),
    }
}

fn line(file: File, found: Preview) -> PreviewFile {
    let form = match found.form {
        Some(Form::Bundle) => FileForm::Bundle,
        Some(Form::Ndjson) => FileForm::Ndjson,
        Some(Form::Single) => FileForm::Single,
        None => FileForm::Unreadable,
    };
    let problem = match (&form, found.problem) {
        (_, Some(fault)) => Some(fault.reason.to_string()),
        (FileForm::Unreadable, None) => Some("the file cannot be opened".to_owned()),
        _ => None,
    };
    PreviewFile {
        name: file.name,
        bytes: file.bytes,
        form,
        problem,
    }
}
