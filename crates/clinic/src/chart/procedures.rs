//! `chart_procedures`: procedures.

super::item_block!(&[Kind::PROCEDURE]);
