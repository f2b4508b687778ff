{{ config(alias="delivery") }}

-- Every delivery event, also those that changed nothing.
select
    receipt.delivery_id,
    receipt.organisation_id,
    receipt.extract_id,
    receipt.file_name,
    receipt.received_at,
    receipt.rows_read,
    receipt.rows_accepted,
    receipt.rows_rejected,
    receipt.rows_skipped,
    receipt.decision,
    receipt.reason,
    receipt.receipt_id,
    receipt.reason_code,
    receipt.file_bytes,
    receipt.read_at,
    receipt.contract_version,
    receipt.encoding,
    receipt.origin,
    case when receipt.decision = 'accepted' then verdict.verdict end as verdict,
    receipt.decision = 'accepted' and standing.delivery_id is not null as is_current,
    awaited.receipt_id is not null as awaits_replacement,
    {{ list_as_text("receipt.periods") }} as periods,
    {{ list_as_text("receipt.caveats") }} as caveats
from {{ ref("stg_receipt") }} as receipt
left join {{ ref("stg_verdict") }} as verdict
    on receipt.organisation_id = verdict.organisation_id
    and receipt.extract_id = verdict.extract_id
    and receipt.delivery_id = verdict.delivery_id
left join (
    select distinct
        organisation_id,
        extract_id,
        delivery_id
    from {{ ref("int_delivery_current") }}
) as standing
    on receipt.organisation_id = standing.organisation_id
    and receipt.extract_id = standing.extract_id
    and receipt.delivery_id = standing.delivery_id
left join {{ ref("int_delivery_awaited") }} as awaited
    on receipt.receipt_id = awaited.receipt_id
