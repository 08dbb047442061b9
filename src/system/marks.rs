//! Instants at which only records change: counting starts and ends, a window closes, T0 passes.

use super::event::{self, Kind, mark};
use super::stations::{Frozen, Station};
use super::world::World;
use crate::metrics::{ServiceWindow, Stopped};
use crate::units::SimTime;

impl World<'_> {
    pub fn mark_reached(&mut self, which: u32) {
        for service in 0..self.stations.len() {
            self.stations[service].touch(self.now);
            self.touch_pods(service);
        }
        match which {
            mark::FROM => self.begin_counting(),
            mark::T0 => {
                for station in &mut self.stations {
                    station.record.ready_at_t0 = station.ready.len() as u32;
                }
            }
            mark::WINDOW => self.close_window(),
            mark::TO => self.end_counting(),
            _ if self.measured_in_flight > 0 => self.stop(Stopped::DrainLimit),
            _ => self.stop(Stopped::Finished),
        }
    }

    fn begin_counting(&mut self) {
        self.measuring = true;
        for service in 0..self.stations.len() {
            self.meter_pods(service);
            for (pod, meter) in self.pods.iter().zip(&mut self.meters) {
                if pod.service as usize == service {
                    meter.busy_area = 0;
                }
            }
            self.stations[service].begin_counting();
        }
    }

    /// Brings the meters of a metered service's pods up to now.
    fn meter_pods(&mut self, service: usize) -> bool {
        let station = &mut self.stations[service];
        if !station.metered {
            return false;
        }
        for (pod, meter) in self.pods.iter().zip(&mut self.meters) {
            if pod.service as usize == service {
                station.record.worked += meter.meter_to(self.now, pod);
            }
        }
        true
    }

    fn end_counting(&mut self) {
        if self.windows.is_some() {
            self.close_window();
        }
        self.measuring = false;
        for service in 0..self.stations.len() {
            if self.meter_pods(service) {
                let pods = self.pods.iter().zip(&self.meters).filter(|(p, _)| p.service as usize == service);
                let areas = pods.take(64).map(|(_, meter)| meter.busy_area).collect();
                self.stations[service].record.pod_busy = areas;
            }
            self.stations[service].freeze();
        }
        if self.measured_in_flight == 0 {
            self.stop(Stopped::Finished);
        }
    }

    fn close_window(&mut self) {
        let Some(windows) = &mut self.windows else { return };
        let full =
            windows.services.first().is_some_and(|w| w.len() as u64 * windows.width >= self.to - self.from);
        if full {
            return;
        }
        for (station, rows) in self.stations.iter_mut().zip(&mut windows.services) {
            rows.push(station.close_window());
        }
        let next = self.now + windows.width;
        if next < self.to {
            self.calendar
                .schedule(SimTime::from_nanos(next), event::pack(Kind::MarkReached, 0, mark::WINDOW));
        }
    }
}

impl Station {
    /// Integrals start anew; counts of measured requests have not begun yet.
    fn begin_counting(&mut self) {
        self.busy_ever += self.record.busy;
        self.record.in_system = Default::default();
        (self.record.busy, self.record.ready, self.record.slots, self.record.pods) = (0, 0, 0, 0);
        self.counted = (0, 0, 0, 0);
        // Requests that arrived at this very instant are measured, and belong to the first window.
        let (arrived, rejected) = (self.record.arrived, self.record.rejected);
        self.window =
            ServiceWindow { peak_queue: self.waiting(), arrived, rejected, ..ServiceWindow::default() };
        let ready = self.ready.len() as u32;
        self.record.ready_range = (ready, ready);
        self.record.peak_queue = 0;
        self.record.worked = 0.0;
    }

    fn close_window(&mut self) -> ServiceWindow {
        let r = &self.record;
        let total = (r.busy, r.in_system.area(), r.ready, r.slots);
        let busy = total.0 - self.counted.0;
        let row = ServiceWindow {
            busy,
            queued: (total.1 - self.counted.1).saturating_sub(busy),
            ready: total.2 - self.counted.2,
            slots: total.3 - self.counted.3,
            ready_at_end: self.ready.len() as u32,
            desired_at_end: self.desired,
            ..self.window
        };
        self.counted = total;
        self.record.peak_queue = self.record.peak_queue.max(self.window.peak_queue);
        self.window = ServiceWindow { peak_queue: self.waiting(), ..ServiceWindow::default() };
        row
    }

    /// Keeps the integrals as they are at the end of the counted span.
    fn freeze(&mut self) {
        self.record.peak_queue = self.record.peak_queue.max(self.window.peak_queue);
        self.record.queued = self.record.in_system.area().saturating_sub(self.record.busy);
        let r = &self.record;
        self.frozen = Some(Box::new(Frozen {
            in_system: r.in_system.clone(),
            busy: r.busy,
            queued: r.queued,
            ready: r.ready,
            slots: r.slots,
            pods: r.pods,
            peak_queue: r.peak_queue,
            worked: r.worked,
        }));
    }
}
