"""The schema's history: `versions/NNNN_pre_NAME.py` and `versions/NNNN_post_NAME.py`; run by `storage/migrating.py`."""
