//! Indices into the vectors of a [`Model`](super::Model), one type each so that they cannot be mixed up.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u16);

        impl $name {
            /// The index itself.
            #[must_use]
            #[inline(always)]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

ids! {
    /// A [`Class`](super::Class).
    ClassId,
    /// A [`Service`](super::Service).
    ServiceId,
    /// An [`Edge`](super::Edge).
    EdgeId,
    /// A [`CallSite`](super::CallSite).
    SiteId,
    /// A [`Source`](super::Source).
    SourceId,
    /// A [`Step`](super::Step), and so a program by its first step.
    StepId,
    /// A [`CompiledLaw`](super::CompiledLaw).
    LawId,
}
