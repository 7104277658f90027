"""Labels drawn: sheets for printers, pictures, bitmaps for label printers, lists for print shops."""
