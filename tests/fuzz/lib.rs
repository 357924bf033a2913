//! The package of the fuzz targets. One target is one file in `targets/`; what they start from lies in `seeds/`.
