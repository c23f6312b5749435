"""Pure functions on Vietnamese text, without Rasa: offsets, syllables, normal forms, typing noise."""
