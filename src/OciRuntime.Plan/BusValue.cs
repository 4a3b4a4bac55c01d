// SPDX-License-Identifier: Apache-2.0
using System.Collections.Immutable;
using OciRuntime.Abi;

namespace OciRuntime.Plan;

/// <summary>A value with its D-Bus type. D-Bus specification, "Type system".</summary>
public abstract record BusValue
{
    private protected BusValue()
    {
    }

    public abstract string Signature { get; }

    /// <param name="Type">One of <c>b y n q i u x t d</c>.</param>
    /// <param name="Bits">Two's complement, or those of an IEEE 754 double; 0 and 1 of a Boolean.</param>
    public sealed record Number(char Type, ulong Bits) : BusValue
    {
        public override string Signature => Type.ToString();
    }

    /// <param name="Type">One of <c>s o g</c>.</param>
    public sealed record Text(char Type, KernelString Value) : BusValue
    {
        public override string Signature => Type.ToString();
    }

    /// <param name="ElementSignature">The one type of all items, also where there are none.</param>
    public sealed record List(string ElementSignature, ImmutableArray<BusValue> Items) : BusValue
    {
        public override string Signature => string.Concat("a", ElementSignature);
    }

    public sealed record Structure(ImmutableArray<BusValue> Members) : BusValue
    {
        public override string Signature
        {
            get
            {
                string inner = "";
                foreach (BusValue member in Members)
                {
                    inner = string.Concat(inner, member.Signature);
                }

                return string.Concat("(", inner, ")");
            }
        }
    }

    public static BusValue OfBoolean(bool value) => new Number('b', value ? 1UL : 0);

    public static BusValue OfUInt64(ulong value) => new Number('t', value);

    public static BusValue OfText(string value) => new Text('s', KernelString.Of(value));

    public static BusValue OfBytes(byte[] bytes)
    {
        ImmutableArray<BusValue>.Builder items = ImmutableArray.CreateBuilder<BusValue>(bytes.Length);
        foreach (byte value in bytes)
        {
            items.Add(new Number('y', value));
        }

        return new List("y", items.MoveToImmutable());
    }
}
