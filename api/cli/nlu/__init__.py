"""`langnghe train` and `langnghe nlu …`: ask, judge, compare, train, put in use, go back, export."""
