//! Rules, one file each, and the runner.
