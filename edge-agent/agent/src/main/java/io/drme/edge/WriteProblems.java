package io.drme.edge;

import io.drme.config.Quantities;
import io.drme.driver.DriverException;
import io.drme.web.Problem;
import io.drme.web.ProblemException;
import java.time.Duration;

/** What somebody is told whose write was not done. */
final class WriteProblems {
    private WriteProblems() {}

    /** Another write did not end within the device's time limit. */
    static ProblemException busy(String device, Duration within) {
        return Problem.unavailable(
                        "tag",
                        "another write to %s is under way, and did not end within %s"
                                .formatted(device, Quantities.text(within)),
                        "Nothing was written; see drme-agent devices for how the device does, and write again")
                .asException();
    }

    /** The device did not answer, or did not take it. */
    static ProblemException failed(DriverException e) {
        return switch (e) {
            case DriverException.Unreachable _ ->
                    Problem.unavailable(
                                    "tag",
                                    e.getMessage(),
                                    "See drme-agent devices for why, and write again once the device is back; whether it took the value is not known")
                            .asException();
            case DriverException.Refused _ ->
                    Problem.conflict(
                                    "tag",
                                    e.getMessage(),
                                    "that the device takes the value",
                                    "See drme-agent why TAG, and the device's own manual")
                            .asException();
        };
    }

    /** Nobody may write this tag. */
    static ProblemException readOnly(String tag) {
        return Problem.unprocessable(
                        "tag",
                        "'" + tag + "' is only read",
                        "a tag of a device with 'access: write'",
                        "Where the device bears it, add 'access: write' to the tag in gateway.yaml and apply it")
                .asException();
    }
}
