"""The bot's hands: slots in, one service call, words by name out. No text, no SQL and no rules of law live here."""
