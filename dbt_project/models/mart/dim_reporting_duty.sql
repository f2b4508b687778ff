select
    duty.programme_id,
    duty.report_id,
    duty.name_fi,
    duty.name_sv,
    duty.name_en,
    duty.translated,
    duty.cadence,
    duty.audience_fi,
    duty.audience_sv,
    duty.audience_en,
    document.title as document,
    duty.place
from {{ ref("reporting_duty") }} as duty
inner join {{ ref("document") }} as document
    on duty.document_id = document.document_id
