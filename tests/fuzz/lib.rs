//! What the fuzz targets share: nothing yet but this crate, so that the package is one. One target is one file in `targets/`.
