"""Numbers of the GLB container (Khronos, glTF 2.0 specification, 4.4)."""

MAGIC, VERSION = b"glTF", 2
FILE_HEADER, CHUNK_HEADER = 12, 8  # bytes
JSON_CHUNK, BINARY_CHUNK = 0x4E4F534A, 0x004E4942
MAX_BINARY_BYTES = 2**32 - 2**24  # the container counts in 32 bits; the rest is for its JSON
