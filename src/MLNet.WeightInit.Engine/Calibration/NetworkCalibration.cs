using System.Globalization;
using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Calibration;

/// <summary>The calibration context of a network in memory and its probe batch.</summary>
internal sealed class NetworkCalibration : CalibrationContext
{
    readonly FeedForwardNetwork _network;
    readonly Lazy<ProbeBatch> _probe;
    readonly InitializationPlan _plan;

    /// <param name="probe">Made when a calibration first asks for it: few do.</param>
    public NetworkCalibration(FeedForwardNetwork network, InitializationPlan plan, Lazy<ProbeBatch> probe, long seed)
    {
        _network = network;
        _plan = plan;
        _probe = probe;
        Random = new RandomSource(seed, "init/calibration");
    }

    public override int LayerCount => _network.DenseLayers.Count;
    public override int ProbeRows => _probe.Value.Rows;
    public override RandomSource Random { get; }
    public override WeightShape GetShape(int layer) => _plan.Tensors[2 * layer].Shape;
    public override float[] GetWeights(int layer) => _network.DenseLayers[layer].GetWeights();

    public override void SetWeights(int layer, ReadOnlySpan<float> weights)
    {
        RequireFinite(layer, weights, "weights");
        _network.DenseLayers[layer].SetWeights(weights);
    }

    public override float[] GetBiases(int layer) => _network.DenseLayers[layer].GetBiases();

    public override void SetBiases(int layer, ReadOnlySpan<float> biases)
    {
        RequireFinite(layer, biases, "biases");
        _network.DenseLayers[layer].SetBiases(biases);
    }

    public override float[] ComputePreActivations(int layer) => _probe.Value.PreActivations(layer);

    void RequireFinite(int layer, ReadOnlySpan<float> values, string kind)
    {
        for (int i = 0; i < values.Length; i++)
            if (!float.IsFinite(values[i]))
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A calibration must set finite numbers, and set value {i} of the {kind} of {_network.DenseLayers[layer].Name} to {values[i]}."), kind);
    }
}
