//! Clock and future-event list; knows no request and no pod.
