//! `chart_problems`: problems and diagnoses.

super::item_block!(&[Kind::CONDITION]);
