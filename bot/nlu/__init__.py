"""Training and parsing in one process, without Rasa's server: `python -m bot.nlu parse|train`."""
