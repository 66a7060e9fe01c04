//! The list of assets, which PostgreSQL has on both sides: 10,000 of them, in 200 rooms of one building.

use anyhow::Result;
use testbed::database;

use crate::http::Call;
use crate::routes::Maker;
use crate::side::Side;

/// Every tenth asset is a part of another, half of them stand in a room, and one in 50 is retired; each has as many words as people write.
const ASSETS: &str = "
    WITH building AS (
        INSERT INTO locations (id, org_id, ancestors, body, folded, version, change, created_at, updated_at)
        VALUES ('00000000-0000-4000-8000-0000000b0000', 'default', '{}', '{\"name\": \"Tower\"}', '{\"name\": \"tower\", \"sort\": \"tower\"}', 1, 1,
                '2026-01-01', '2026-01-01')
        ON CONFLICT DO NOTHING
        RETURNING id
    ), rooms AS (
        INSERT INTO locations (id, org_id, parent_id, ancestors, body, folded, version, change, created_at, updated_at)
        SELECT ('00000000-0000-4000-8000-0000000c' || lpad(i::text, 4, '0'))::uuid, 'default', building.id, ARRAY[building.id],
               jsonb_build_object('name', 'Room ' || i), jsonb_build_object('name', 'room ' || i, 'sort', 'room ' || lpad(i::text, 4, '0')),
               1, i + 1, '2026-01-01', '2026-01-01'
        FROM building, generate_series(0, 199) AS i
        RETURNING id
    )
    INSERT INTO assets (id, org_id, parent_id, location_id, body, folded, status, history, version, created_at, updated_at)
    SELECT ('00000000-0000-4000-8000-0000' || lpad(i::text, 8, '0'))::uuid, 'default',
           CASE WHEN i % 10 = 9 THEN ('00000000-0000-4000-8000-0000' || lpad((i - 9)::text, 8, '0'))::uuid END,
           CASE WHEN i % 2 = 0 THEN ('00000000-0000-4000-8000-0000000c' || lpad((i / 2 % 200)::text, 4, '0'))::uuid END,
           jsonb_build_object('name', 'Pump ' || i, 'code', 'P-' || i, 'category', 'pumps', 'maker', 'Acme', 'model', 'WP ' || i % 40,
                              'serial', 'SN' || i * 7919, 'bought', '2024-05-01', 'notes', 'Serviced twice a year; the key hangs in the office.'),
           jsonb_build_object('name', 'pump ' || i, 'code', 'p-' || i, 'category', 'pumps', 'sort', 'pump ' || lpad(i::text, 6, '0')),
           CASE WHEN i % 50 = 7 THEN 'retired' WHEN i % 50 = 8 THEN 'out_of_service' ELSE 'in_service' END,
           '[{\"status\": \"in_service\", \"at\": \"2026-01-01T00:00:00.000Z\", \"by\": null, \"reason\": null}]', 1, '2026-01-01', '2026-01-01'
    FROM (SELECT count(*) FROM rooms) AS made, generate_series(0, 9999) AS i
    WHERE NOT EXISTS (SELECT FROM assets)";

/// A page of 50.
pub fn list(side: &Side) -> Result<Maker> {
    fill(side)?;
    let request = side.signed("manager", Call::get("/api/assets?limit=50")).bytes();
    Ok(Box::new(move |_, _| request.clone()))
}

/// Makes the assets, once.
pub fn fill(side: &Side) -> Result<()> {
    database::run(&side.database_url, |client| {
        client.batch_execute(ASSETS)?;
        Ok(client.batch_execute("ANALYZE assets; ANALYZE locations")?)
    })
}
