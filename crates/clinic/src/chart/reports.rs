//! `chart_reports`: diagnostic reports.

super::item_block!(&[Kind::REPORT]);
