-- Goals of the programmes: goals, spearheads with their objects (parent), sub-projects.
select
    goal.programme_id,
    goal.goal_id,
    goal.parent_goal_id,
    goal.theme,
    goal.name_fi,
    goal.name_sv,
    goal.name_en,
    goal.translated,
    cast(goal.potential_eur_million as double) as potential_eur_million,
    goal.realisation,
    goal.difficulty,
    goal.size,
    goal.certainty,
    document.title as document,
    goal.place
from {{ ref("goal") }} as goal
inner join {{ ref("document") }} as document
    on goal.document_id = document.document_id
