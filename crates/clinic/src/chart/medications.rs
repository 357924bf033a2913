//! `chart_medications`: medicines, prescribed and reported.

super::item_block!(&[Kind::MEDICATION_REQUEST, Kind::MEDICATION_STATEMENT]);
