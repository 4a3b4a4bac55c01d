// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using OciRuntime.Spec;

namespace OciRuntime.Plan.Compile;

public static class PlanCompiler
{
    public static ContainerPlan? Compile(RuntimeSpec spec, HostFacts host, List<SpecError> errors) => throw new InvalidOperationException();
}
