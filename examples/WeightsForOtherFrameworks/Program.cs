// Initializers for networks that are trained elsewhere: tensors of PyTorch and Keras, filled here and handed over as bytes.
using System.Runtime.InteropServices;
using MLNet.WeightInit;

// README: fill
WeightShape convolution = WeightShape.FromPyTorch(64, 3, 7, 7);                    // Conv2d(3, 64, 7).weight
float[] weights = WeightInitializer.Parse("he_uniform").Fill(convolution, seed: 1, stream: "conv1.weight");
File.WriteAllBytes("conv1.weight", MemoryMarshal.AsBytes<float>(weights));         // torch.from_file("conv1.weight", size=9408).view(64, 3, 7, 7)
// README: end
Console.WriteLine($"Conv2d(3, 64, 7): fan-in {convolution.FanIn}, fan-out {convolution.FanOut}, deviation {VarianceScaling.He().TargetDeviation(convolution):F4}");

// README: shapes
WeightShape grouped = WeightShape.Convolution(inputs: 32, outputs: 64, kernel: [3, 3], groups: 4);
WeightShape keras = WeightShape.Convolution(32, 64, [3, 3], layout: TensorLayout.OutputsLast);    // Conv2D's kernel, [3, 3, 32, 64]
WeightShape state = WeightShape.Recurrent(inputs: 128, units: 128, gates: 4);                     // LSTM(…, 128).weight_hh_l0
WeightShape queryKeyValue = WeightShape.AttentionProjection(inputs: 64, heads: 8, headSize: 8, stacked: 3);

float[] recurrent = new Orthogonal().Fill(state, seed: 1, "lstm.weight_hh");                      // one orthogonal matrix a gate
float[] biases = new ForgetBias().Fill(WeightShape.Bias(state), seed: 1, "lstm.bias_hh");         // 1 at the forget gate
float[] kernel = new DeltaOrthogonal().Fill(keras, seed: 1, "conv2.kernel");                      // a convolution that keeps norms
// README: end
Console.WriteLine($"LSTM: {recurrent.Length} recurrent weights, {biases.Count(bias => bias == 1)} of {biases.Length} biases are 1; delta-orthogonal: {kernel.Count(weight => weight != 0)} of {kernel.Length} weights aren't 0");
Console.WriteLine($"A grouped convolution has {grouped.Count} weights and fan-in {grouped.FanIn}; an attention layer's projection is {queryKeyValue.Rows} × {queryKeyValue.Columns}");

// README: gain
Gain gelu = Gain.Of("GELU");
var initializer = new VarianceScaling(scale: (float)(gelu.Forward * gelu.Forward));   // variance gain² / fan-in: E z² stays 1
Gain own = Gain.OfFunction(x => x > 0 ? x : 0.1 * x * Math.Exp(x), x => x > 0 ? 1 : 0.1 * (1 + x) * Math.Exp(x));
// README: end
Console.WriteLine(gelu);
Console.WriteLine(own);
Console.WriteLine($"deviation for GELU and 256 inputs: {initializer.TargetDeviation(WeightShape.Dense(256, 256)):F4}");
