{{ config(alias="rejected_row") }}

select
    receipt_id,
    delivery_id,
    organisation_id,
    extract_id,
    row_number,
    column_name,
    reason_code,
    value,
    sheet_name
from {{ lake_log("rejected_row") }}
