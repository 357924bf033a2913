//! Properties of the merge over random histories of several devices.
