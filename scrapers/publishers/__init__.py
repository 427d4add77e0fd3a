"""One small file per publisher: hosts, selectors and what is odd about the site."""
