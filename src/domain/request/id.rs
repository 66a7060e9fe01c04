//! The id of a maintenance request.

use base::uuid_id;

uuid_id! {
    /// A maintenance request; the second half of its object's name.
    RequestId, "request id"
}
