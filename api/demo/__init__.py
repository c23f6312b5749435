"""An invented year, so that a new installation can be tried: marked as demo data in every row, removable as a whole."""
