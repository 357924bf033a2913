//! Read views of the chart: what a screen shows of each typed record. They are lenient: a part that is missing or strange
//! shows as absent, never as an error, because the record itself is kept whole.

mod allergy;
mod coded;
mod document;
mod item;
mod note;
mod observation;
mod sort_date;
mod wire;

pub use allergy::{allergy, allergy_block, allergy_fields, no_known_allergy_fields};
pub use document::{DocumentDraft, DocumentKind, DocumentView, MAX_TITLE_CHARS, document, document_fields};
pub use item::{chart_item, subject_reference};
pub use note::{MAX_NOTE_BYTES, NoteView, note, note_fields};
pub use observation::{ObservationGroup, observation_group, observation_series};
pub use sort_date::{NO_DATE, sort_date};
pub use wire::{
    Allergy, AllergyBlock, AllergyCategory, AllergyCriticality, AllergyDraft, AllergySeverity, AllergyState, ChartItem,
    Coded, ObservationPoint, ObservationSeries,
};

#[cfg(test)]
mod tests;
