"""Logs of model requests: what gateways, tracing tools and providers write, as rows of `gateway_requests` and `usage_buckets`.

One file a system; `kinds.KINDS` names them. A file becomes rows in three steps, each of which knows nothing of the others:

    places     where the files of a section lie, and whether one is as it was
    streams    bytes of a file, unpacked, as lines          documents, tables    lines as JSON values, CSV and Parquet rows
    steps      the steps of a trace, of those systems that write traces, as requests that count once
    <system>   a value -> fields as the log has them: text under the names of `retro.config.gateways`
    frames     those fields -> typed rows: times, tokens, money, tags, hashes, checked for a whole batch at once

Nothing here executes, fetches or keeps the text of a prompt or an answer. What cannot be used is counted in the file's
`Account` with its reason and first line, and costs nothing else.
"""
