"""Turn a video into what plays somewhere: a file for the web, for an archive, for an editor, or a ladder."""
