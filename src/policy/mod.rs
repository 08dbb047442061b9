//! Balancers and autoscalers as pure functions of a view.
