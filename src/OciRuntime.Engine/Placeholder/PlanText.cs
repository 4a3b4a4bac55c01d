// SPDX-License-Identifier: Apache-2.0
namespace OciRuntime.Plan;

public static class PlanText
{
    public static string Of(ContainerPlan plan) => plan.ToString();
}
