"""Rasa components for Vietnamese as people type it. None of them knows a label or a place: those are data."""
