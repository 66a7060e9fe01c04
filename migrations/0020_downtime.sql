-- Downtime follows from requests that say since when an asset stands still, and from the asset's states: there is no table of it. Of an
-- asset with thousands of requests those few are found here. What was turned down or withdrawn does not count.
CREATE INDEX requests_org_down ON requests (org_id, asset_id)
    WHERE body ->> 'down_since' IS NOT NULL AND status NOT IN ('rejected', 'cancelled');
