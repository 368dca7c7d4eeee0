package io.drme.simulation;

import io.drme.alarm.Transition;
import io.drme.edge.acquisition.Recording;
import io.drme.log.Disk;
import io.drme.log.FaultyDisk;
import io.drme.sync.ReceiverStore;
import io.drme.sync.SenderLog;
import io.drme.time.Clock;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A mistake put between two real parts on purpose, to see that a world finds it: a simulation is
 * believed once it has.
 */
public enum PlantedBug {
    /** None. */
    NONE,

    /** The centre says receipts for what it commits a little later. */
    RECEIPT_BEFORE_COMMIT {
        @Override
        ReceiverStore around(ReceiverStore real) {
            return Mistakes.commitsLate(real);
        }
    },

    /** The centre keeps the greatest number it holds instead of a set of ranges. */
    WATERMARK {
        @Override
        ReceiverStore around(ReceiverStore real) {
            return Mistakes.watermark(real);
        }
    },

    /** The centre does not look whether samples are held under another number. */
    NO_ORIGINS {
        @Override
        boolean needs(Faults.Kind kind) {
            return switch (kind) {
                case CLONE, DIRECTORY_RESTORED, CUT -> true;
                default -> false;
            };
        }

        @Override
        ReceiverStore around(ReceiverStore real) {
            return Mistakes.withoutOrigins(real);
        }
    },

    /** The journal is never synced. */
    JOURNAL_NOT_SYNCED {
        @Override
        Disk around(Disk real) {
            return new FaultyDisk(real, path -> path.endsWith(".ring"), false);
        }
    },

    /** A sync returns before it is done, so a commit is told too early. */
    SYNC_TOO_LATE {
        @Override
        Disk around(Disk real) {
            return new FaultyDisk(real, _ -> true, true);
        }
    },

    /** The status brings the counters of the status before with the ranges of now. */
    STALE_COUNTERS {
        @Override
        SenderLog around(SenderLog real) {
            return Mistakes.staleCounters(real);
        }
    },

    /** A gateway takes what it has sent for acknowledged. */
    SENT_IS_ACKNOWLEDGED {
        @Override
        SenderLog around(SenderLog real) {
            return Mistakes.sentIsAcknowledged(real);
        }
    },

    /** A gateway does not say that items are gone on both sides. */
    SILENT_ABOUT_GAPS {
        @Override
        SenderLog around(SenderLog real) {
            return Mistakes.silentAboutGaps(real);
        }
    },

    /** Stamps are the date as it is, and not a hybrid logical clock's. */
    BARE_CLOCK {
        @Override
        Recording around(Recording real, Clock clock) {
            real.samples()
                    .ifPresent(b ->
                            b.stamp(
                                    b.group(),
                                    Hlc.of(Math.max(0, clock.epochNanos() / 1_000_000), 0)));
            return real;
        }
    },

    /** The record of an act says when it took effect in place of when it was decided. */
    DECIDED_FORGOTTEN {
        @Override
        Recording around(Recording real, Clock clock) {
            return with(
                    real,
                    real.transitions().stream()
                            .map(t -> t.isByPerson() ? t.decidedAt(t.atNanos()) : t)
                            .toList());
        }
    },

    /** Each transition of an alarm is recorded twice. */
    ALARM_TWICE {
        @Override
        Recording around(Recording real, Clock clock) {
            List<Transition> twice = new ArrayList<>();
            real.transitions().forEach(t -> twice.addAll(List.of(t, t)));
            return with(real, twice);
        }
    };

    private static Recording with(Recording real, List<Transition> transitions) {
        return new Recording(
                real.samples(),
                real.derived(),
                real.tags(),
                real.read(),
                real.filtered(),
                real.clock(),
                transitions,
                real.whenDurable());
    }

    /** The word on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The mistake of that word. */
    public static Optional<PlantedBug> ofText(String text) {
        return Arrays.stream(values()).filter(bug -> bug.text().equals(text)).findFirst();
    }

    /** All words, for a message. */
    static String words() {
        return Arrays.stream(values()).map(PlantedBug::text).collect(Collectors.joining(", "));
    }

    /** What must strike for it to matter, so that not hundreds of worlds have to be looked at. */
    boolean needs(Faults.Kind kind) {
        return false;
    }

    /** The gateway's log as the sender sees it. */
    SenderLog around(SenderLog real) {
        return real;
    }

    /** The centre's store as the receiver sees it. */
    ReceiverStore around(ReceiverStore real) {
        return real;
    }

    /** The disk as the gateway's store sees it. */
    Disk around(Disk real) {
        return real;
    }

    /** What acquisition hands on as the recorder sees it. */
    Recording around(Recording real, Clock clock) {
        return real;
    }
}
