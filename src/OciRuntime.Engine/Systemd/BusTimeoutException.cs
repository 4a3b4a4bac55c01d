// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Engine.Systemd;

/// <summary>Nobody answered in time: to ask again would only take as long again.</summary>
internal sealed class BusTimeoutException(string message) : ContainerException(message);
