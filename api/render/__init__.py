"""Verdicts as words and pictures: sentences, drawings, QR images. Values in, text or bytes out."""
