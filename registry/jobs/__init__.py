"""Work in the background. What is to be done and what came of it are rows of ours; huey wakes those who do it."""
