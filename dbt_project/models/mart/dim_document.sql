select
    document_id,
    programme_id,
    title,
    language,
    dated,
    source_file
from {{ ref("document") }}
