using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Data;
using MLNet.WeightInit.Engine.Network;

namespace MLNet.WeightInit;

/// <summary>What a head's columns are called beyond the label's own name: slots of a vector, classes of a key.</summary>
/// <param name="IsVector">Whether the label is a vector: one of a single value stays one.</param>
/// <param name="Slots">Null where the label's slots have no names.</param>
/// <param name="Keys">Null where the label is no key, or its keys have no values.</param>
internal sealed record HeadNames(bool IsVector, string[]? Slots, KeyNames? Keys)
{
    public static HeadNames Of(HeadLabel label, DataViewSchema.Column column)
        => new(label.IsVector, label.IsVector ? SlotNames.Of(column) : null, label.Task == NetworkTask.Multiclass && KeyNames.Of(column) is { } keys && keys.Type.Size == label.Outputs ? keys : null);

    public static HeadNames Load(IHost host, ModelLoadContext context, OutputHead head)
    {
        bool isVector = context.Reader.ReadBoolean();
        int count = context.Reader.ReadInt32();
        host.CheckDecode(count == 0 || count == head.Outputs, $"The model has {count} names for {head.Outputs} outputs: the file is damaged.");
        string[]? slots = count == 0 ? null : new string[count];
        for (int i = 0; i < count; i++)
            slots![i] = context.LoadString();
        KeyNames? keys = context.Reader.ReadBoolean() ? KeyNames.Load(host, context) : null;
        host.CheckDecode(keys is null || head.Task == NetworkTask.Multiclass && keys.Type.Size == head.Outputs, "The model has key values that its outputs don't fit: the file is damaged.");
        return new HeadNames(isVector, slots, keys);
    }

    public void Save(IHost host, ModelSaveContext context)
    {
        context.Writer.Write(IsVector);
        context.Writer.Write(Slots?.Length ?? 0);
        foreach (string name in Slots ?? [])
            context.SaveString(name);
        context.Writer.Write(Keys is not null);
        Keys?.Save(host, context);
    }
}
