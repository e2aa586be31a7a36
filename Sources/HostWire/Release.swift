// SPDX-License-Identifier: Apache-2.0

/// Which hostd this is.
public enum Release {
    /// The version of all programs of the package.
    public static let version = "0.1.0"
}
