"""A conformance kit for CDS Hooks services: black box, over HTTP(S). Begin reading at __main__.py."""
