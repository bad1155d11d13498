"""What templates are built of: a stage, a palette, surfaces, a camera, motion, and how the picture is finished."""
