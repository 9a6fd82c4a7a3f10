"""Takes the pictures of `docs/pictures/`: every page at three widths and on paper."""
