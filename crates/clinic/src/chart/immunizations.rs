//! `chart_immunizations`: vaccinations.

super::item_block!(&[Kind::IMMUNIZATION]);
