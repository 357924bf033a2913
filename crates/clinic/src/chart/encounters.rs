//! `chart_encounters`: visits.

super::item_block!(&[Kind::ENCOUNTER]);
