"""Tables of a SQLite file read from its pages, without asking for row after row; `tables` puts them together.

The format of the file is documented and kept (https://www.sqlite.org/fileformat2.html); numbers in comments are its sections.
"""
