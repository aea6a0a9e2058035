"""Workers on a channel: the hour's, which sends, and one that only ends doubts."""
